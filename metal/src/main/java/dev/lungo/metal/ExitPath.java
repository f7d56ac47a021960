package dev.lungo.metal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Where native code enters Java after a VM exit, an interrupt or on another processor. It and what
 * it reaches is compiled without a collector; the build fails, with the chain of calls, if any of
 * it allocates, locks or throws.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ExitPath {}
