package dev.lungo.isa;

/** What CS makes of the code: the default operand and address size. SDM 1, "Modes of Operation". */
public enum CodeMode {
    /** Real, virtual-8086 and 16-bit protected or compatibility mode. */
    CODE16,
    /** 32-bit protected and compatibility mode. */
    CODE32,
    /** 64-bit mode. */
    CODE64
}
