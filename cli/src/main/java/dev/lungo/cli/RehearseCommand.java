package dev.lungo.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Boots a guest of a few instructions, as {@code run} would. The build does so once and records
 * what the JVM loads and compiles: the AOT cache that later runs start from.
 */
final class RehearseCommand {
    /**
     * A Multiboot kernel without ELF, loaded at 1 MiB. Multiboot Specification 0.6.96, section 3.1.
     */
    // spotless:off
    private static final String GUEST =
            "02B0AD1B 00000100 FE4F51E4" // magic, flags: addresses are given, checksum
            + "00001000 00001000 00000000 00000000 20001000" // header, load, end, bss, entry
            + "BC00002000"    //       mov esp,200000h
            + "B940420F00"    //       mov ecx,1000000
            + "01C8"          // next: add eax,ecx
            + "31D8"          //       xor eax,ebx
            + "8D5C4307"      //       lea ebx,[ebx+eax*2+7]
            + "50"            //       push eax
            + "5A"            //       pop edx
            + "A300003000"    //       mov [300000h],eax
            + "49"            //       dec ecx
            + "75EE"          //       jnz next
            + "66BAF803"      //       mov dx,3F8h
            + "B02E"          //       mov al,'.'
            + "EE"            //       out dx,al
            + "66BA0406"      //       mov dx,604h
            + "66B80020"      //       mov ax,2000h
            + "66EF"          //       out dx,ax
            + "F4"            // end:  hlt
            + "EBFD";         //       jmp end
    // spotless:on

    private RehearseCommand() {}

    static int execute() {
        try {
            Path kernel = Files.createTempFile("lungo", ".kernel");
            try {
                Files.write(kernel, HexFormat.of().parseHex(GUEST.replace(" ", "")));
                return Main.execute(
                        "run", "--kernel", kernel.toString(), "--memory", "16M", "--timeout", "60");
            } finally {
                Files.delete(kernel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary kernel cannot be written", e);
        }
    }
}
