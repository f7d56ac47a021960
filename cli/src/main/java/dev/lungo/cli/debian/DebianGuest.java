package dev.lungo.cli.debian;

import dev.lungo.cli.Reason;
import dev.lungo.cli.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The guest of {@code run debian}: the distribution's cloud kernel, and an initramfs of its busybox
 * with an init of ours. Both are kept in the cache, and made anew when they are not there.
 */
public record DebianGuest(Path kernel, Path initrd) {
    public static final String COMMAND_LINE = "console=ttyS0";

    private static final String INSTEAD =
            "pass a kernel of your own with --kernel, and an initrd with --initrd";

    private static final String METAPACKAGE = "linux-image-cloud-amd64";
    private static final Pattern CONCRETE_KERNEL = Pattern.compile("linux-image-\\d.*-cloud-amd64");
    private static final Pattern VMLINUZ = Pattern.compile("\\./boot/vmlinuz-.*");
    private static final Pattern BUSYBOX = Pattern.compile("\\./(usr/)?bin/busybox");

    /** From the cache, or made with the packages that apt fetches. */
    public static DebianGuest get() {
        Path cache = cache(System.getenv()).resolve("debian");
        DebianGuest guest =
                new DebianGuest(cache.resolve("vmlinuz"), cache.resolve("initramfs.cpio.gz"));
        if (!Files.exists(guest.kernel) || !Files.exists(guest.initrd)) {
            guest.make(cache);
        }
        return guest;
    }

    /** As the XDG Base Directory Specification has it. */
    public static Path cache(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base = Path.of(xdg);
        return (base.isAbsolute() ? base : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("lungo");
    }

    private void make(Path cache) {
        try (Progress progress = new Progress();
                Scratch scratch = Scratch.in(cache)) {
            make(new Apt(scratch.directory(), progress), scratch.directory(), progress);
        } catch (Apt.AptException e) {
            throw refusal(e.getMessage(), e.remedy());
        } catch (IOException e) {
            throw refusal(
                    "the Debian guest cannot be made in " + cache + Reason.of(e),
                    "set XDG_CACHE_HOME to another place");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted while fetching the Debian guest");
        }
    }

    private static Refusal refusal(String trouble, String remedy) {
        return new Refusal(trouble + "; " + (remedy.isEmpty() ? "" : remedy + ", or ") + INSTEAD);
    }

    private void make(Apt apt, Path scratch, Progress progress)
            throws Apt.AptException, IOException, InterruptedException {
        progress.show("asking apt for a kernel");
        Path kernelPackage = apt.download(apt.dependency(METAPACKAGE, CONCRETE_KERNEL));
        Path busyboxPackage = apt.download("busybox-static");
        progress.show("unpacking");
        byte[] vmlinuz = file(kernelPackage, VMLINUZ);
        byte[] initramfs = gzip(initramfs(file(busyboxPackage, BUSYBOX)));
        put(scratch, vmlinuz, kernel);
        put(scratch, initramfs, initrd);
    }

    private static byte[] file(Path deb, Pattern path) throws IOException, Apt.AptException {
        return DebPackage.read(deb, path)
                .orElseThrow(() ->
                        new Apt.AptException(deb.getFileName() + " lacks the file wanted", ""));
    }

    /** Written beside and moved, so that half a file is never taken for one. */
    private static void put(Path scratch, byte[] content, Path where) throws IOException {
        Path written = Files.write(scratch.resolve("new"), content);
        Files.move(written, where, StandardCopyOption.ATOMIC_MOVE);
    }

    static byte[] initramfs(byte[] busybox) throws IOException {
        CpioWriter archive = new CpioWriter();
        for (String directory :
                List.of("bin", "sbin", "usr", "usr/bin", "usr/sbin", "proc", "sys", "dev", "tmp")) {
            archive.directory(directory);
        }
        try (InputStream init = DebianGuest.class.getResourceAsStream("init")) {
            if (init == null) {
                throw new IllegalStateException("the init script is missing from the build");
            }
            return archive.characterDevice("dev/console", 5, 1)
                    .executable("bin/busybox", busybox)
                    .symbolicLink("bin/sh", "busybox")
                    .executable("init", init.readAllBytes())
                    .finish();
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        }
        return compressed.toByteArray();
    }
}
