"""What a perception node has to do to be trusted in a graph, checked from outside.

The checks know a node by its name and its topics only, so that they hold for any node, in any
language; ``python -m tests.graph.conformance --help`` runs them against one that is running.
``tests/graph/test_conformance.py`` runs them against every node of FollowMe.
"""
