"""Forms of Admin > Integrations, one module for each part."""
