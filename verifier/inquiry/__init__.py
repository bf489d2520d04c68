"""Questions put to a world, whatever their form."""
