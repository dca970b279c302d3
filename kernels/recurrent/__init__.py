"""Recurrent layers over whole sequences: one call forward, one backward.

The product of the inputs with the kernel is made before, for all steps at once, and
stands in ``z``, shape (rows, steps, gates, units). Rows do not depend on one another,
so they are cut into blocks of `BLOCK`, whatever the number of threads; in a block one
step after the other is a small product of the states with the recurrent kernel, by one
call of a BLAS held to one thread, and one fused loop over the gates.

Forward leaves the activated gates in ``z``, backward turns them into the derivatives by
what went into the activations, from which the gradients of all weights follow by one
product each. Step s reads the input of the time ``t = s``, or ``steps - 1 - s`` where
``backwards``; arrays by time are aligned with the inputs, sequences of outputs with the
steps. At a time that `mask` leaves out the states stay, and the output is the state, or
0 where ``zeros``; ``mask`` of size 0 is none.

``dropped``, shape (groups, rows, units), multiplies the states before the product: one
group for all gates or one a gate; of size 0, nothing is dropped.
"""
