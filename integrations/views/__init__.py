"""Admin > Integrations, one module for each part."""
