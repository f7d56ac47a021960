package dev.lungo.toolchain;

import dev.lungo.toolchain.compile.NativeBuild;
import dev.lungo.toolchain.compile.TeaVm;
import dev.lungo.toolchain.image.CbfsArchive;
import dev.lungo.toolchain.image.Compression;
import dev.lungo.toolchain.image.ElfImage;
import dev.lungo.toolchain.image.LinkedImage;
import dev.lungo.toolchain.image.PeImage;
import dev.lungo.toolchain.image.SelfPayload;
import dev.lungo.toolchain.semantics.ChosenHypervisor;
import dev.lungo.toolchain.semantics.EntryClass;
import dev.lungo.toolchain.semantics.ExitPath;
import dev.lungo.toolchain.semantics.ExitPathSearch;
import dev.lungo.toolchain.semantics.ProgramClasses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ClassDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One image to be made.
 *
 * @param mainClass its binary name
 * @param classPath directories and jars of the program
 * @param hypervisor binary name of the class that the program is to take as its hypervisor
 * @param config what the image is to carry as its configuration
 * @param heapBytes for Java objects
 * @param poolBytes for pages outside the heap
 * @param stackBytes of the stack that main runs on
 */
public record MetalBuild(
        Target target,
        String mainClass,
        List<Path> classPath,
        Optional<String> hypervisor,
        String config,
        long heapBytes,
        long poolBytes,
        long stackBytes) {
    private static final long MIB = 1 << 20;

    /** With the sizes that the shipped hypervisor needs. */
    public static MetalBuild of(Target target, String mainClass, List<Path> classPath) {
        return new MetalBuild(
                target, mainClass, classPath, Optional.empty(), "", 4 * MIB, 8 * MIB, MIB / 4);
    }

    public MetalBuild withHypervisor(Optional<String> className) {
        return new MetalBuild(
                target, mainClass, classPath, className, config, heapBytes, poolBytes, stackBytes);
    }

    public MetalBuild withConfig(String text) {
        return new MetalBuild(
                target, mainClass, classPath, hypervisor, text, heapBytes, poolBytes, stackBytes);
    }

    /**
     * The image file.
     *
     * @throws ToolchainException if it cannot be made
     */
    public byte[] build() {
        LinkedImage image = link();
        return switch (target) {
            case EFI -> PeImage.of(image);
            case MULTIBOOT, COREBOOT -> ElfImage.of(image);
        };
    }

    /**
     * The image as a payload is kept in a CBFS.
     *
     * @throws ToolchainException if it cannot be made
     */
    public byte[] buildSelf(Compression compression) {
        return SelfPayload.of(link(), compression);
    }

    /**
     * A CBFS with the image as coreboot's payload, and the configuration as a file beside it, which
     * can be exchanged without a build.
     *
     * @param others more files, by their names
     * @throws ToolchainException if it cannot be made
     */
    public byte[] buildCbfs(Compression compression, SortedMap<String, byte[]> others) {
        CbfsArchive archive = new CbfsArchive();
        byte[] payload = withConfig("").buildSelf(compression);
        archive.add("fallback/payload", CbfsArchive.PAYLOAD, payload);
        if (!config.isEmpty()) {
            archive.add("lungo.conf", CbfsArchive.RAW, config.getBytes(StandardCharsets.UTF_8));
        }
        others.forEach((name, content) ->
                archive.addCompressed(name, CbfsArchive.RAW, content, compression));
        return archive.toByteArray();
    }

    private LinkedImage link() {
        try {
            Path directory = Files.createTempDirectory("lungo-metal");
            try {
                return link(directory);
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LinkedImage link(Path directory) throws IOException {
        ProgramClasses program = new ProgramClasses(classPath);
        if (program.classFile(mainClass.replace('.', '/')).isEmpty()) {
            throw new ToolchainException("there is no class " + mainClass + " on the class path");
        }
        hypervisor.ifPresent(new ChosenHypervisor(program)::choose);
        TeaVm teaVm = new TeaVm();
        ExitPath exitPath =
                ExitPathSearch.find(
                        program,
                        mainClass.replace('.', '/'),
                        name -> program.classFile(name).or(() -> teaVm.libraryClass(name)));
        for (String name : List.of("Semantics", "Uncaught")) {
            program.put("dev/lungo/toolchain/inside/" + name, classFile(name));
        }
        program.put(
                EntryClass.NAME.replace('.', '/'),
                EntryClass.of(ClassDesc.of(mainClass), exitPath, program::isInterface));

        Path generated = Files.createDirectory(directory.resolve("generated"));
        teaVm.generate(program, exitPath, EntryClass.NAME, generated, (int) heapBytes);
        // The collector's own tables are a sixteenth of the heap and 3 bytes for each 2 KiB.
        long heapAndTables = heapBytes + heapBytes / 8 + MIB;
        return new NativeBuild(directory, generated)
                .build(
                        program,
                        target,
                        new NativeBuild.Memory(stackBytes, heapAndTables, poolBytes),
                        config.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] classFile(String name) throws IOException {
        try (InputStream in = MetalBuild.class.getResourceAsStream("inside/" + name + ".class")) {
            if (in == null) {
                throw new IllegalStateException("no class " + name);
            }
            return in.readAllBytes();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Boolean.getBoolean("lungo.metal.keep")) {
            System.err.println(directory);
            return;
        }
        try (var files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
