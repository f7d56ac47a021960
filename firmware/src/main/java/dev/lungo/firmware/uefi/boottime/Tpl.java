package dev.lungo.firmware.uefi.boottime;

/** UEFI 2.10, "TPL Usage" (table 7.2). */
public final class Tpl {
    public static final int APPLICATION = 4;
    public static final int CALLBACK = 8;
    public static final int NOTIFY = 16;
    public static final int HIGH_LEVEL = 31;

    private Tpl() {}
}
