package dev.lungo.cpu.fp;

/** Intermediate results of one environment's transcendental functions. */
final class Work {
    final Real argument = new Real();
    final Real result = new Real();
    final Real other = new Real();
    final Real square = new Real();
    final Real scratch = new Real();
}
