"""Odd arguments, arrays and files, and whether each gets a clear answer.

A call may do one of two things: return, or raise `InputError`. Anything else is a
finding: another exception, a refusal in Python's own words, a death of the process, no
end within seconds, a value taken for what it is not, weights changed by a call that was
refused, or a file left half written. Each case is made by a seeded generator of its
number alone, so that one can be run again: ``python -m benchmarks.fuzz --only PART:N``.
"""
