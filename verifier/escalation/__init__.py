"""Escalation: permissions that bring other permissions, applied until nothing new comes up."""
