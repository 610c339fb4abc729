using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Allocators in glibc's place, each in a process of its own: what is said to keep freed memory does.</summary>
[Collection(nameof(Alone))]
public class NativeAllocatorTests
{
    [Fact]
    public void KeptMemory_UnderJemalloc_IsNotFaultedInAgain()
    {
        var (plain, kept) = (Faults("jemalloc"), Faults("jemalloc keeping freed memory"));

        Assert.True(plain > 1000 && kept < plain / 10, $"{plain} page faults an inference, {kept} where it keeps memory"); // 320 pixels: the first block alone is 8 MiB, 2,000 pages
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
