"""The queue: pure decisions over plain data.

``decide(rules, state, command, now_ms)`` returns the events of a command or a ``Refusal``;
``evolve(state, event)`` folds an event into the state. There is no clock, no random number, no
input or output and no logging in this package: everything arrives as an argument, so a day can be
replayed to the same state on any machine.
"""
