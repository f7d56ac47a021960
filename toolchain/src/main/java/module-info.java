/** From class files to images for bare x86-64. */
@org.jspecify.annotations.NullMarked
module dev.lungo.toolchain {
    requires static org.jspecify;

    exports dev.lungo.toolchain;

    provides java.util.spi.ToolProvider with
            dev.lungo.toolchain.MetalBuildTool;
}
