"""Subnets as plug-ins: what a subnet's miners are asked, and how a model answers.

A plug-in is one object named by an entry point of the group ``taocli.subnets``; taocli's own subnets
are loaded the same way as anybody else's. ``api`` is the contract, ``registry`` finds plug-ins.
"""
