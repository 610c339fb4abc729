namespace DetrPerfLab.Tests.Core;

public class RepetitionInfoTests
{
    static readonly RunResult s_first = Measured(ms: 10, ContaminationVerdict.Contaminated, others: 0.3);

    [Theory]
    [InlineData(ContaminationVerdict.Clean, 0.0, true)]
    [InlineData(ContaminationVerdict.Noisy, 0.6, true)] // the verdict comes before what others took
    [InlineData(ContaminationVerdict.Contaminated, 0.2, true)]
    [InlineData(ContaminationVerdict.Contaminated, 0.4, false)]
    public void Cleaner_NextMeasurement_IsKeptByItsDisturbanceAlone(ContaminationVerdict verdict, double others, bool isKept)
    {
        foreach (var ms in (double[])[1, 100])
        {
            var kept = RepetitionInfo.Cleaner(s_first, Measured(ms, verdict, others));

            Assert.Equal(isKept ? ms : 10, kept.SamplesMs[0]);
            Assert.Equal((2, isKept ? 2 : 1), (kept.Repetition!.Measurements, kept.Repetition.Kept));
            Assert.Equal(s_first.Contamination!.Reasons, kept.Repetition.Reasons);
        }
    }

    [Fact]
    public void IsDue_AlwaysContaminated_EndsAfterTwoRepetitions()
    {
        var result = s_first;
        var repetitions = 0;
        for (; RepetitionInfo.IsDue(result) && repetitions < 9; repetitions++) { result = RepetitionInfo.Cleaner(result, s_first with { SamplesMs = [99] }); }

        Assert.Equal(2, repetitions);
        Assert.True(result.IsContaminated);
        Assert.Equal((3, 1, 10), (result.Repetition!.Measurements, result.Repetition.Kept, result.SamplesMs[0]));
    }

    [Fact]
    public void Cleaner_Gap_IsTakenOnlyWhereItIsAFailure()
    {
        Assert.Equal("outputs differ", RepetitionInfo.Cleaner(s_first, RunResult.Unfiled("a") with { Gap = "outputs differ" }).Gap);

        var kept = RepetitionInfo.Cleaner(s_first, RunResult.Unfiled("a") with { Gap = "too slow for a quick run", GapIsLack = true });
        Assert.Null(kept.Gap);
        Assert.Equal(2, kept.Repetition!.Measurements);
    }

    static RunResult Measured(double ms, ContaminationVerdict verdict, double others) => RunResult.Unfiled("a") with
    {
        SamplesMs = [ms],
        Contamination = new(verdict, [$"other processes {others}"], OthersShare: others, StealShare: 0),
    };
}
