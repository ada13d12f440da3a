"""How the shipped model was made, seeded and reproducible."""
