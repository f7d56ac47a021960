/** The host's side of a machine under the hypervisor, the same for both makers of processors. */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal.core;
