package dev.lungo.metal.load;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Lungo;
import dev.lungo.metal.core.Processors;

/**
 * How the machine was booted: who started the image says where its configuration is, and what is to
 * be booted next.
 */
public abstract class Boot {
    private static final int MULTIBOOT = 1;
    private static final int UEFI = 3;
    private static final int COREBOOT = 4;
    private static final int COM1 = 0x3F8;
    private static final int LONGEST_CONFIGURATION = 1 << 16;

    /**
     * By what the start-up code says.
     *
     * @throws IllegalStateException if it was booted in another way
     */
    public static Boot find() {
        return switch (Lungo.bootKind()) {
            case UEFI -> new UefiStart(Lungo.bootInfo());
            case MULTIBOOT -> new MultibootStart(Lungo.bootInfo());
            case COREBOOT -> new CorebootStart();
            default -> throw new IllegalStateException("started in a way that is not known");
        };
    }

    /** The configuration's text: beside the image if there is one, else the image's own. */
    public String configuration() {
        return text(Lungo.configStart(), Lungo.configBytes());
    }

    /** Where the log goes if the configuration does not say; 0 for nowhere. */
    public int serialPort() {
        return COM1;
    }

    /** The APIC IDs of all processors, or of none if only this one is known. */
    public int[] processors() {
        return Madt.apicIds(Processors.MAX);
    }

    /**
     * Boots what is next, under the hypervisor if there is one. Comes back only where there is
     * somebody to go back to.
     */
    public abstract void next(Configuration configuration);

    /** Of ASCII. */
    static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    /** ASCII, of which too much is cut off. */
    static String text(long from, long bytes) {
        StringBuilder text = new StringBuilder();
        for (long i = 0; i < bytes && i < LONGEST_CONFIGURATION; i++) {
            text.append((char) Bare.get8(from + i));
        }
        return text.toString();
    }
}
