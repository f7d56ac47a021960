/** Hypervisors to learn from; {@code ./lungo metal build --hypervisor} takes any of them. */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal.examples;
