using System.Diagnostics;
using System.Text;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Loading of TorchSharp's native library on systems with a new and with an old C++ library.</summary>
public sealed class TorchNativeTests : IDisposable
{
    const string Library = "libLibTorchSharp.so";
    const string Version = "GLIBCXX_3.4.32";
    const string VersionThatNoSystemHas = "GLIBCXX_9.4.32";
    readonly TempFolder _package = new();
    readonly TempFolder _cache = new();

    public void Dispose()
    {
        _package.Dispose();
        _cache.Dispose();
    }

    /// <summary>As a user runs it: native code writes to the process's own standard error. Only a processor that NNPACK does not know can fail it.</summary>
    [Fact]
    public async Task Run_ConvolutionsOnOneThread_SayNothingOfNnpack()
    {
        var program = Path.Combine(TestPaths.RepoRoot, "harness", "DetrPerfLab.Cli", "bin", "Release", "net10.0", "detrlab.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "profile", "--model", "detr-r50-synthetic", "--variant", "torch-fp32", "--threads", "1", "--size", "64"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("backbone", await output);
        Assert.DoesNotContain("NNPACK", await error);
    }

    [Fact]
    public void Load_LibraryThatLoads_IsTakenAsItIs()
    {
        PutLibrary(askForVersion: false);
        Assert.Equal("as the package has it", TorchNative.Load(_package.Path, _cache.Path));
        Assert.Empty(Directory.GetFileSystemEntries(_cache.Path));
    }

    [Fact]
    public void Load_LibraryThatAsksForAnUnknownVersion_IsLoadedFromACopyThatDoesNot()
    {
        PutLibrary(askForVersion: true);
        var before = File.ReadAllBytes(_package.File(Library));

        Assert.Contains(VersionThatNoSystemHas, TorchNative.Load(_package.Path, _cache.Path, VersionThatNoSystemHas), StringComparison.Ordinal);
        var copy = Assert.Single(Directory.GetFiles(_cache.File("native")));
        Assert.Equal(before, File.ReadAllBytes(_package.File(Library)));

        // Kept: neither written again nor believed where it was changed.
        var written = File.GetLastWriteTimeUtc(copy);
        TorchNative.Load(_package.Path, _cache.Path, VersionThatNoSystemHas);
        Assert.Equal(written, File.GetLastWriteTimeUtc(copy));
    }

    [Fact]
    public void Load_DamagedCopyInTheCache_IsReplaced()
    {
        PutLibrary(askForVersion: true);
        TorchNative.Load(_package.Path, _cache.Path, VersionThatNoSystemHas);
        var copy = Assert.Single(Directory.GetFiles(_cache.File("native")));
        var right = File.ReadAllBytes(copy);
        // Put in its place, as an editor does: a library that is mapped must not change under the process.
        File.WriteAllBytes(_cache.File("damaged"), right[..1000]);
        File.Move(_cache.File("damaged"), copy, overwrite: true);

        TorchNative.Load(_package.Path, _cache.Path, VersionThatNoSystemHas);
        Assert.Equal(right, File.ReadAllBytes(copy));
    }

    [Fact]
    public void Load_NoLibraryAtAll_SaysWhatTheLoaderSays()
    {
        File.WriteAllText(_package.File(Library), "no ELF file");
        var error = Assert.Throws<DllNotFoundException>(() => TorchNative.Load(_package.Path, _cache.Path, VersionThatNoSystemHas));
        Assert.Contains(Library, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MakeWeak_OtherLibraryOrVersion_ChangesNothing()
    {
        PutLibrary(askForVersion: true);
        var elf = File.ReadAllBytes(_package.File(Library));
        var before = (byte[])elf.Clone();
        Assert.False(ElfVersions.MakeWeak(elf, "libstdc++.so.6", "GLIBCXX_9.9.9"));
        Assert.False(ElfVersions.MakeWeak(elf, "libm.so.6", VersionThatNoSystemHas));
        Assert.False(ElfVersions.MakeWeak(elf.AsSpan(0, 40), "libstdc++.so.6", VersionThatNoSystemHas));
        Assert.Equal(before, elf);
        Assert.True(ElfVersions.MakeWeak(elf, "libstdc++.so.6", VersionThatNoSystemHas));
        Assert.InRange(before.Zip(elf).Count(pair => pair.First != pair.Second), 1, 2); // the flag and nothing else
    }

    /// <summary>The package's library as two kinds of system see it, on any system: one that every loader accepts, and one that asks for what no C++ library has.</summary>
    void PutLibrary(bool askForVersion)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "versions of symbols are a matter of ELF libraries");
        var folder = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)!.Split(Path.PathSeparator).First(f => File.Exists(Path.Combine(f, Library)));
        var elf = File.ReadAllBytes(Path.Combine(folder, Library));
        if (askForVersion) { Encoding.ASCII.GetBytes(VersionThatNoSystemHas).CopyTo(elf.AsSpan(elf.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version)))); }
        else { Assert.True(ElfVersions.MakeWeak(elf, "libstdc++.so.6", Version)); }
        File.WriteAllBytes(_package.File(Library), elf);
    }
}
