"""The engine: text generation with many requests sharing every pass over the weights.

A request becomes a ``Sequence`` of token ids. Each ``step`` of the engine asks the scheduler for a plan
(which positions of which sequences to compute now), runs the decoder once over all of them, samples a
token for every sequence whose known tokens are all computed, and hands the tokens back. Keys and values
of computed positions live in fixed-size blocks of one shared cache, so a sequence grows without copying
and two prompts that begin alike share blocks.

Read in this order: ``config``, ``load``, ``network`` (the model), ``blocks``, ``cache`` (attention memory),
``sequence``, ``schedule``, ``sample``, ``core`` (the step), ``tokenizer``, ``text`` (text in, text out),
``loop`` (the thread that steps).
"""
