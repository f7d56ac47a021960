package dev.lungo.machine;

/**
 * The interrupt controller of one processor. SDM 3A, "Advanced Programmable Interrupt Controller".
 */
public final class LocalApic {
    /** PLACEHOLDER */
}
