package dev.lungo.firmware.bios;

/** The functions of one interrupt. */
@FunctionalInterface
interface Service {
    void serve(Registers regs);
}
