"""Colleagues are asked, and say yes themselves."""
