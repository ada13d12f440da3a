"""The neuron-to-neuron wire: synapses, what is signed, the axon and the dendrite."""
