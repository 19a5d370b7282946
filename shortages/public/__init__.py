"""What everybody may read about the shortage: pages and files made of published figures only (docs/disclosure.md)."""
