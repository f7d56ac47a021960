/** AMD-V. */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal.svm;
