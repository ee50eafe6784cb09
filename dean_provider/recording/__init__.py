"""Telling the recorder what happens to a trial: from tasks, and from triggers while they follow it.

A recorder that is away never holds up a trial and never fails one. What it did not take travels on, in a trigger's arguments and in
XComs, and is told by a later step; generations do not travel, since the service has them.
"""
