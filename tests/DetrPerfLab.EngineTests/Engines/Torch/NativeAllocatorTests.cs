using System.Runtime.InteropServices;
using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>What is said to keep freed memory does, allocators in glibc's place each in a process of its own; what is said to return it does.</summary>
[Collection(nameof(Alone))]
public class NativeAllocatorTests
{
    [Fact]
    public void KeptMemory_UnderJemalloc_IsNotFaultedInAgain()
    {
        var (plain, kept) = (Faults("jemalloc"), Faults("jemalloc keeping freed memory"));

        Assert.True(plain > 1000 && kept < plain / 10, $"{plain} page faults an inference, {kept} where it keeps memory"); // 320 pixels: the first block alone is 8 MiB, 2,000 pages
    }

    [Fact]
    public unsafe void ReturnFreedMemory_HolesBelowABlockInUse_AreTheSystemsAgain()
    {
        Assert.SkipUnless(NativeAllocator.IsGlibc, "the system's C library is not glibc");
        const int Blocks = 2000, Bytes = 100_000; // below what malloc maps by itself; 200 MB
        var blocks = new nint[Blocks];
        foreach (ref var block in blocks.AsSpan())
        {
            block = (nint)NativeMemory.Alloc(Bytes);
            new Span<byte>((void*)block, Bytes).Fill(1);
        }

        for (var i = 0; i < Blocks - 1; i++) { NativeMemory.Free((void*)blocks[i]); }
        var before = ProcessMemory.Read().RssBytes!.Value;
        NativeAllocator.ReturnFreedMemory();
        var returned = before - ProcessMemory.Read().RssBytes!.Value;
        NativeMemory.Free((void*)blocks[^1]);
        Assert.True(returned > (long)Blocks * Bytes * 3 / 4, $"{returned} bytes returned");
    }

    static double Faults(string allocator)
    {
        var variables = NativeAllocator.VariablesOf(allocator);
        Assert.SkipUnless(variables.Count > 0, $"{allocator} is not installed (Debian: apt install libjemalloc2)");
        using var folder = new TempFolder();
        CheckpointWriter.WriteSafetensors(folder.File("tiny.safetensors"), SyntheticWeights.Create(TinyDetr.OneLayer).Tensors);
        var bench = EngineProgram.Dotnet(
        [
            Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), "bench", "--model", folder.File("tiny.safetensors"), "--variants", "torch-fp32", "--rounds", "1", "--size", "320", "--threads", "1",
            "--results", folder.File("results"), "--no-charts", "--json",
        ]);
        foreach (var (name, value) in variables) { bench.Environment[name] = value; }
        var run = ChildProgram.Run(bench, TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonSerializer.Deserialize<RunResult[]>(run.Output, LabJson.Options)!.Single().Memory!.PageFaultsPerOperation!.Value;
    }
}
