package dev.lungo.firmware.bios;

/**
 * INT 17h, printers. IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 17H". There are
 * none, so each is out of reach until it times out.
 */
final class PrinterServices implements Service {
    private static final int TIMED_OUT = 1;

    @Override
    public void serve(Registers regs) {
        if (regs.ah() > 2) {
            regs.unknown();
        }
        regs.ah(TIMED_OUT);
    }
}
