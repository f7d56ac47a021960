/** Facts of AMD's Secure Virtual Machine: the control block, its intercepts, its exit codes. */
@org.jspecify.annotations.NullMarked
package dev.lungo.isa.svm;
