using DetrPerfLab.Tests;
using TorchSharp;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Memory, managed and native.</summary>
[Collection(nameof(Alone))]
public class TorchResourceTests
{
    [Theory]
    [InlineData("torch-naive")]
    [InlineData("torch-fp32")]
    [InlineData("torchscript-fp32")]
    [InlineData("torch-int8-dynamic")]
    [InlineData("torch-fp32-fused")]
    [InlineData("torch-bf16-fused")]
    [InlineData("torch-int8-static")]
    public void Run_ManyTimes_KeepsNativeMemory(string variant)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "resident memory is read from /proc");
        using var engine = TorchCases.Create(variant);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(128, 128));
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);
        for (var i = 0; i < 10; i++) { engine.Run(inputs, outputs); }
        var (tensors, bytes) = (torch.Tensor.TotalCount, ResidentBytes());

        for (var i = 0; i < 64; i++) { engine.Run(inputs, outputs); }

        Assert.Equal(tensors, torch.Tensor.TotalCount);
        // The stem alone makes 1 MiB of features, so that one forgotten tensor a run would show as 64 MiB; the allowance is the allocator's.
        Assert.InRange(ResidentBytes() - bytes, long.MinValue, 24 << 20);
    }

    [Fact]
    public void Run_TorchScriptBoundBefore_AllocatesUnderTwoKilobytes()
    {
        using var engine = TorchCases.Create("torchscript-fp32");
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96));
        var outputs = TensorSet.AllocateOutputs(engine.Inputs, inputs, engine.Outputs);
        for (var i = 0; i < 3; i++) { engine.Run(inputs, outputs); }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) { engine.Run(inputs, outputs); }
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 0, 2048);
    }

    [Fact]
    public void Dispose_Engine_FreesEveryTensor()
    {
        var before = torch.Tensor.TotalCount;
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 64));
        foreach (var variant in TorchCases.Variants)
        {
            var engine = TorchCases.Create(variant);
            TorchCases.Run(engine, inputs);
            engine.Dispose();
            engine.Dispose();
            Assert.Equal(before, torch.Tensor.TotalCount);
        }
    }

    [Fact]
    public void Create_WeightMissing_FreesWhatWasLoaded()
    {
        var all = TorchCases.SmallWeights;
        var partial = new WeightStore(all.Config, all.Tensors.Where(t => t.Name != "class_embed.bias"), "partial.pth", all.Sha256);
        var before = torch.Tensor.TotalCount;
        Assert.Throws<LabException>(() => EagerEngine.Create("torch-fp32", partial, TorchCases.OneThread));
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Run_OtherSets_AreBoundAnew()
    {
        using var engine = EagerEngine.Create("torch-fp32", TorchCases.SmallWeights, TorchCases.OneThread);
        var before = torch.Tensor.TotalCount;
        var first = TorchCases.Run(engine, SyntheticImages.CreateBatch(new ImageSize(64, 64)));
        TorchCases.Run(engine, SyntheticImages.CreateBatch(new ImageSize(96, 64)));
        var again = TorchCases.Run(engine, SyntheticImages.CreateBatch(new ImageSize(64, 64)));
        Assert.Equal(first.Logits, again.Logits);
        Assert.Equal(before + 4, torch.Tensor.TotalCount); // two inputs and two outputs stay bound
    }

    static long ResidentBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }
}
