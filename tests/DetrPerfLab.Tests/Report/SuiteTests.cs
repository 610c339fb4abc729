namespace DetrPerfLab.Tests.Report;

public class SuiteTests
{
    [Theory]
    [InlineData("2", "10")]
    [InlineData("step 2", "step 10")]
    [InlineData("a", "b")]
    [InlineData("a", "a1")]
    [InlineData("9", "00010")]
    [InlineData("99999999999999999999998", "99999999999999999999999")]
    public void NaturalOrder_Numbers_CountAsNumbers(string first, string second)
    {
        Assert.True(NaturalOrder.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Compare(first, first));
    }

    [Theory]
    [InlineData("Thread", "Threads", "1", "2", "16")]
    [InlineData("Resolution", "Size", "1333", "800", "512")]
    [InlineData("Stacked", "Step", "1 eager", "2 inference mode", "10 more")]
    [InlineData("GcMode", "Mode", "workstation", "workstation concurrent conserving", "server", "server concurrent", "workstation concurrent, kept buffers")]
    [InlineData("Memory", "Setting", "default", "no arena", "two sessions", "two sessions, shared weights")]
    public void Compare_RowsOfOneAxis_FollowTheStory(string suite, string parameter, params string[] values)
    {
        var rows = values.Select(v => Row(suite, "ort-fp32", (parameter, v))).ToArray();

        Assert.Equal(values, rows.Reverse().Order(Suites.Find(suite)).Select(r => r.Parameters[parameter]));
    }

    [Fact]
    public void Compare_Threads_PutFurtherSettingsLast()
    {
        RunResult[] rows = [Row("Thread", "ort-fp32", ("Threads", "2")), Row("Thread", "ort-fp32", ("Threads", "4")), Row("Thread", "ort-fp32", ("Threads", "2"), ("InterOp", "2")), Row("Thread", "ort-fp32", ("Threads", "2"), ("Spinning", "off"))];

        Assert.Equal(rows, rows.Reverse().Order(Suites.Find("Thread")));
    }

    [Fact]
    public void BaselineAmong_VariantsOfOneSuite_IsTheNamedOne()
    {
        var precision = Suites.Find("Precision");

        Assert.Equal("torch-fp32", precision.BaselineAmong([Row("Precision", "torch-naive"), Row("Precision", "torch-fp32")])!.Variant);
        // Without it the first of the run; a contaminated one never.
        RunResult[] others = [Row("Precision", "ort-fp32"), Row("Precision", "torch-naive"), Row("Precision", "torch-fp32") with { SamplesMs = [] }];
        Assert.Equal("torch-naive", precision.BaselineAmong(others)!.Variant);
        Assert.Equal("ort-fp32", precision.BaselineAmong(others, chosen: "ort-fp32")!.Variant);
        Assert.Null(precision.BaselineAmong(others, chosen: "torch-fp32"));
        Assert.Equal("ort-fp32", precision.BaselineAmong(others.Select(r => r.Variant == "torch-naive" ? r with { Contamination = new(ContaminationVerdict.Contaminated, []) } : r))!.Variant);
        Assert.Null(precision.BaselineAmong([Row("Precision", "ort-fp32")]));
    }

    [Fact]
    public void BaselineAmong_RowsOfOneVariant_IsTheFirstUnlessItIsAlone()
    {
        var (one, two) = (Row("Thread", "ort-fp32", ("Threads", "1")), Row("Thread", "ort-fp32", ("Threads", "2")));

        Assert.Same(one, Suites.Find("Thread").BaselineAmong([two, one]));
        Assert.Null(Suites.Find("Thread").BaselineAmong([one]));
    }

    [Fact]
    public void FixedPart_Batch_ComparesUnequalWithOneEqualImage()
    {
        var batch = Suites.Find("Batch");

        Assert.Equal(batch.FixedPart(Row("Batch", "ort-fp32", ("Batch", "1"), ("Sizes", "equal"))), batch.FixedPart(Row("Batch", "ort-fp32", ("Batch", "4"), ("Sizes", "unequal"))));
        Assert.NotEqual(batch.FixedPart(Row("Batch", "ort-fp32", ("Batch", "1"))), batch.FixedPart(Row("Batch", "ort-fp16", ("Batch", "1"))));
    }

    [Fact]
    public void Find_UnknownSuite_NamesACommandThatHoldsNoMarkup() => Assert.Equal("./run-all.sh --filter '*armrfBenchmarks*'", Suites.Find("a'; rm -rf").Command);

    static RunResult Row(string suite, string variant, params (string Name, string Value)[] parameters) => new()
    {
        Id = $"{suite}({variant}, {string.Join(", ", parameters)})",
        Suite = suite,
        Variant = variant,
        Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
        Started = DateTimeOffset.UnixEpoch,
        Commit = "c",
        Machine = "m",
        SamplesMs = [1, 2, 3],
    };
}
