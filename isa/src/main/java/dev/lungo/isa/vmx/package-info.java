/** Facts of Intel's Virtual Machine Extensions: fields of the VMCS, controls, exit reasons. */
@org.jspecify.annotations.NullMarked
package dev.lungo.isa.vmx;
