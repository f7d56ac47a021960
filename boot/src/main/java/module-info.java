/** Boot formats and loaders, and the tables by which firmware describes the machine. */
@org.jspecify.annotations.NullMarked
module dev.lungo.boot {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;

    exports dev.lungo.boot;
    exports dev.lungo.boot.acpi;
    exports dev.lungo.boot.bytes;
    exports dev.lungo.boot.disk;
    exports dev.lungo.boot.elf;
    exports dev.lungo.boot.fs;
    exports dev.lungo.boot.linux;
    exports dev.lungo.boot.multiboot;
    exports dev.lungo.boot.multiboot2;
    exports dev.lungo.boot.pe;
    exports dev.lungo.boot.pvh;
    exports dev.lungo.boot.smbios;
}
