"""SubtensorModule: subnets, neurons, stake, consensus and emission."""
