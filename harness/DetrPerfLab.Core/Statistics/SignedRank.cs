namespace DetrPerfLab.Core;

/// <summary>The exact signed-rank test and its interval: what paired differences say of their centre, whatever their distribution, as long as it is symmetric.</summary>
/// <remarks>A sign-flip test on ranks: where nothing differs, each difference is as likely above 0 as below, which gives the distribution of the sum of ranks
/// without an assumption on tails; a single wild difference moves it by one rank only. Source: Hollander, Wolfe, Chicken, "Nonparametric statistical methods",
/// 3rd edition, 2014, sections 3.1 to 3.3 (test, Hodges-Lehmann estimate, Tukey's interval).</remarks>
public static class SignedRank
{
    /// <summary>The centre of the differences with its interval; null where so few cannot reach the level: 99 % needs eight.</summary>
    public static Interval? Centre(ReadOnlySpan<double> differences, double level)
    {
        var sums = Walsh(differences);
        var tails = Tails(differences.Length);
        var place = 0; // the widest that may be cut off at each end
        while (place < sums.Length / 2 && tails[place] <= (1 - level) / 2) { place++; }
        return place == 0 ? null : new(Quantile.Median(sums), sums[place - 1], sums[^place], level);
    }

    /// <summary>How likely differences as high as these are where their centre is not above <paramref name="line"/>; one-sided, in (0, 1].</summary>
    public static double PAbove(ReadOnlySpan<double> differences, double line)
    {
        var notAbove = 0; // of the pairs' means: as many as ranks fall to differences on the other side
        foreach (var sum in Walsh(differences)) { notAbove += sum <= line ? 1 : 0; }
        return Tails(differences.Length)[notAbove];
    }

    // Means of all pairs, each with itself included, in rising order.
    static double[] Walsh(ReadOnlySpan<double> differences)
    {
        var sums = new double[differences.Length * (differences.Length + 1) / 2];
        var at = 0;
        for (var i = 0; i < differences.Length; i++)
        {
            for (var j = i; j < differences.Length; j++) { sums[at++] = (differences[i] + differences[j]) / 2; }
        }

        Array.Sort(sums);
        return sums;
    }

    /// <summary>By k: the probability that the ranks 1 … n of those on one side sum up to k or less, where each rank is there with probability 1/2.</summary>
    static double[] Tails(int n)
    {
        var most = n * (n + 1) / 2;
        var probability = new double[most + 1];
        probability[0] = 1;
        for (var (rank, reach) = (1, 0); rank <= n; rank++)
        {
            reach += rank;
            for (var sum = reach; sum >= 0; sum--) { probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2; }
        }

        for (var sum = 1; sum <= most; sum++) { probability[sum] = Math.Min(1, probability[sum] + probability[sum - 1]); }
        return probability;
    }
}
