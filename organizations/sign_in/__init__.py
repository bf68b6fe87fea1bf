"""Signing in: allauth's flows, told which account they are in. Views, forms and commands are elsewhere, as usual."""
