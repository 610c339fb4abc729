using System.Text.Json;
using DetrPerfLab.Tests;
using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>Loss, matching and gradients are those of the original code; its values: tests/fixtures/detr-loss/generate.py.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class DetrLossTests
{
    static readonly Fixture s_fixture = JsonSerializer.Deserialize<Fixture>(File.ReadAllText(Path.Combine(TestPaths.Fixtures, "detr-loss", "expected.json")), LabJson.Options)!;

    public static TheoryData<string> Cases => [.. s_fixture.Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_OutputsOfThreeLayers_IsTheOriginals(string name)
    {
        using var scope = NewDisposeScope();
        var expected = s_fixture.Cases.Single(c => c.Name == name);
        var layers = LayersOf(expected);
        var (loss, parts) = new DetrLoss(s_fixture.Classes, groups: 1).Of(layers, TargetsOf(expected));
        Assert.Equal(expected.Total, parts.Total, 1e-4);
        Assert.Equal((expected.Class, expected.Box, expected.Giou), (parts.Class, parts.Box, parts.Giou), Near);
        loss.backward();
        foreach (var (layer, of) in layers.Zip(expected.Layers))
        {
            Same(of.LogitsGradient, layer.Logits.grad!);
            Same(of.BoxesGradient, layer.Boxes.grad!);
        }

        static void Same(float[] wanted, Tensor gradient)
        {
            foreach (var (of, found) in wanted.Zip(gradient.contiguous().data<float>())) { Assert.Equal(of, found, 1e-5f); }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Match_LastLayer_IsTheOriginals(string name)
    {
        using var scope = NewDisposeScope();
        var expected = s_fixture.Cases.Single(c => c.Name == name);
        var matches = new DetrLoss(s_fixture.Classes, groups: 1).Match(LayersOf(expected)[^1], TargetsOf(expected));
        var found = matches.Things.Zip(matches.Rows, (thing, row) => (thing, row)).ToHashSet();
        var wanted = expected.Matches.SelectMany((queries, picture) => queries.Select(q => q < 0 ? -1 : (long)((picture * s_fixture.Queries) + q))).Index().Where(m => m.Item >= 0).ToHashSet();
        Assert.Equal(wanted, found);
    }

    /// <summary>Two groups that say the same cost what one does.</summary>
    [Fact]
    public void Of_GroupsThatAreAlike_CostWhatOneDoes()
    {
        using var scope = NewDisposeScope();
        var expected = s_fixture.Cases[0];
        var twice = LayersOf(expected).Select(l => new LayerOutputs(cat([l.Logits, l.Logits], 1), cat([l.Boxes, l.Boxes], 1))).ToList();
        Assert.Equal(expected.Total, new DetrLoss(s_fixture.Classes, groups: 2).Of(twice, TargetsOf(expected)).Parts.Total, 1e-4);
    }

    static bool Near((double, double, double) a, (double, double, double) b) => Math.Abs(a.Item1 - b.Item1) < 1e-5 && Math.Abs(a.Item2 - b.Item2) < 1e-5 && Math.Abs(a.Item3 - b.Item3) < 1e-5;

    static Targets[] TargetsOf(Case of) => [.. of.Targets.Select(t => new Targets(t.Labels, t.Boxes))];

    static LayerOutputs[] LayersOf(Case of) =>
    [
        .. of.Layers.Select(l => new LayerOutputs(
            tensor(l.Logits, [of.Targets.Count, s_fixture.Queries, s_fixture.Classes + 1], requires_grad: true), tensor(l.Boxes, [of.Targets.Count, s_fixture.Queries, 4], requires_grad: true))),
    ];

    sealed record Fixture(int Classes, int Queries, IReadOnlyList<Case> Cases);
    sealed record Case(string Name, IReadOnlyList<Things> Targets, IReadOnlyList<Layer> Layers, IReadOnlyList<int[]> Matches, double Class, double Box, double Giou, double Total);
    sealed record Things(int[] Labels, float[] Boxes);
    sealed record Layer(float[] Logits, float[] Boxes, float[] LogitsGradient, float[] BoxesGradient);
}
