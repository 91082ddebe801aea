"""Facts of the province's IP services: catalogue, nodes, doors, office hours."""
