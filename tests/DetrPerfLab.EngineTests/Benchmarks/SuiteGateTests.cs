namespace DetrPerfLab.EngineTests.Benchmarks;

public class SuiteGateTests
{
    static readonly Type[] s_suites = [typeof(PrecisionBenchmarks), typeof(ResolutionBenchmarks), typeof(BatchBenchmarks), typeof(PreprocessBenchmarks)];

    [Fact]
    public void CasesOf_PrecisionSuite_AreTheVariantsOfTheModel()
    {
        var (cases, left) = SuiteGate.CasesOf(RunOptions.Parse(["--filter", "*Precision*", "--gate", "HEAD~1"]), s_suites);
        Assert.Contains("detr-r50/torch-fp32", cases);
        Assert.Contains("detr-r50/ort-int8-static", cases);
        Assert.Empty(left);
    }

    [Fact]
    public void CasesOf_Everything_NamesSidesAndWhatItLeavesOut()
    {
        var (cases, left) = SuiteGate.CasesOf(RunOptions.Parse(["--gate", "HEAD~1", "--model", "detr-r101"]), s_suites);
        Assert.Contains("detr-r101/ort-int8-static@512", cases);
        Assert.Equal(cases.Distinct(), cases);
        Assert.Equal(["BatchBenchmarks", "PreprocessBenchmarks"], left);
    }
}
