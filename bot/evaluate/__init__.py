"""How well questions are understood: reviewed rows in, measures with their uncertainty out."""
