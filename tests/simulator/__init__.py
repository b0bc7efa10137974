"""The suite's own tests of the simulator."""
