/** VT-x. */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal.vmx;
