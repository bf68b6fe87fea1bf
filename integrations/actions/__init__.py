"""Everything a person or the clock does to an integration, one module for each part of its life."""
