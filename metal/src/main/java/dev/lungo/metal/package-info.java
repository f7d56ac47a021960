/**
 * What a hypervisor is written with: a {@link dev.lungo.metal.Hypervisor} with handlers, the
 * guest's {@link dev.lungo.metal.Vcpu}, and what it asks to be told of, {@link
 * dev.lungo.metal.Intercepts}.
 */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal;
