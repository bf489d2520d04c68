"""Icons of what stands in pictures, as outlines."""

from __future__ import annotations

from verifier.report.stops import Kind

ICONS = {
    Kind.ANYBODY: "M8 1a7 7 0 100 14A7 7 0 008 1zM1 8h14M8 1c4 4 4 10 0 14C4 11 4 5 8 1z",
    Kind.USER: "M8 2a3 3 0 100 6 3 3 0 000-6zM2.5 14.5c0-6 11-6 11 0z",
    Kind.ROLE: "M8 1.5l5.5 2v4c0 4-2.5 6-5.5 7-3-1-5.5-3-5.5-7v-4zM5.5 8l2 2 3.5-4",
    Kind.ROOT: "M2 13h12M2.5 10.5L1.5 4l3.5 3L8 2.5 11 7l3.5-3-1 6.5z",
    Kind.SERVICE: "M8 5.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM8 1v3M8 12v3M1 8h3M12 8h3M3 3l2 2"
    "M11 11l2 2M13 3l-2 2M5 11l-2 2",
    Kind.PROVIDER: "M2 4h12v9H2zM5 7.2a1.6 1.6 0 103.2 0 1.6 1.6 0 10-3.2 0M4 11.4c.4-2 4.8-2 5.2 0"
    "M10.5 7.5H12.5M10.5 10H12.5",
    Kind.RESOURCE: "M2 3.5c0-2 12-2 12 0v9c0 2-12 2-12 0zM2 3.5c0 2 12 2 12 0M2 8c0 2 12 2 12 0",
}
"""Outlines in a square of 16."""
