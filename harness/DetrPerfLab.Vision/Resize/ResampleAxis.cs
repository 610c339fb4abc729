namespace DetrPerfLab.Vision;

/// <summary>One of Pillow's filters for one axis: which source pixels make each output pixel, with which fixed-point weights.</summary>
/// <remarks>
/// Source: Pillow 9.4 (unchanged in 12), src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc.
/// The filter is as wide as the scale (never below 1), normalised in double, rounded to 22 bits after the point. Nearest is none of them: one pixel, the one at the centre.
/// Weights of 0 at either end are left out: they add nothing, and an upscale then has at most two taps.
/// </remarks>
sealed class ResampleAxis
{
    /// <summary>Bits after the point: 32 less 8 for the value and 2 for sign and overshoot.</summary>
    internal const int PrecisionBits = 32 - 8 - 2;

    internal const int Half = 1 << (PrecisionBits - 1); // added before the shift, so that it rounds

    readonly int[] _first;
    readonly int[] _count;
    readonly int[] _weights;

    internal ResampleAxis(int source, int target, ResampleKernel kernel = ResampleKernel.Bilinear)
    {
        (Source, Target) = (source, target);
        var scale = (double)source / target;
        var filterScale = Math.Max(scale, 1.0);
        var support = kernel.Support() * filterScale;
        _first = new int[target];
        _count = new int[target];

        // Pillow reserves this many; fewer differ from 0, so the weights are packed at the largest count seen.
        var reserved = ((int)Math.Ceiling(support) * 2) + 1;
        var exact = new double[reserved];
        var all = new int[(long)target * reserved];
        for (var i = 0; i < target; i++)
        {
            var taps = kernel == ResampleKernel.Nearest ? Nearest(i, scale, exact, out var first) : Exact(kernel, i, scale, support, filterScale, exact, out first);
            var weights = all.AsSpan(i * reserved, taps);
            for (var t = 0; t < taps; t++) { weights[t] = (int)((exact[t] < 0 ? -0.5 : 0.5) + (exact[t] * (1 << PrecisionBits))); }

            var skip = 0;
            while (skip < taps - 1 && weights[skip] == 0) { skip++; }
            while (taps > skip + 1 && weights[taps - 1] == 0) { taps--; }
            weights[skip..taps].CopyTo(weights);
            (_first[i], _count[i]) = (first + skip, taps - skip);
            MaxTaps = Math.Max(MaxTaps, taps - skip);
        }

        _weights = new int[target * MaxTaps];
        for (var i = 0; i < target; i++) { all.AsSpan(i * reserved, _count[i]).CopyTo(_weights.AsSpan(i * MaxTaps)); }
    }

    internal int Source { get; } // pixels before, 1 or more
    internal int Target { get; } // pixels after, 1 or more
    internal int MaxTaps { get; } // most source pixels that make one output pixel

    /// <summary>Pillow leaves out a pass that changes no size; its weights are one 1 a pixel, so the result is the same.</summary>
    internal bool IsIdentity => Source == Target;

    /// <summary>First source pixel of output pixel <paramref name="i"/>; never falls as <paramref name="i"/> grows.</summary>
    internal int First(int i) => _first[i];

    /// <summary>Weights of the source pixels from <see cref="First"/> on. They sum to 1 within rounding; the bilinear ones are all at least 0.</summary>
    internal ReadOnlySpan<int> Weights(int i) => _weights.AsSpan(i * MaxTaps, _count[i]);

    int Nearest(int i, double scale, double[] weights, out int first)
    {
        (first, weights[0]) = (Math.Min((int)((i + 0.5) * scale), Source - 1), 1);
        return 1;
    }

    int Exact(ResampleKernel kernel, int i, double scale, double support, double filterScale, double[] weights, out int first)
    {
        var center = (i + 0.5) * scale;
        first = Math.Max((int)(center - support + 0.5), 0);
        var taps = Math.Min((int)(center + support + 0.5), Source) - first;
        var inverse = 1.0 / filterScale;
        var sum = 0.0;
        for (var t = 0; t < taps; t++)
        {
            weights[t] = kernel.At((t + first - center + 0.5) * inverse);
            sum += weights[t];
        }

        if (sum != 0.0)
        {
            for (var t = 0; t < taps; t++) { weights[t] /= sum; }
        }

        return taps;
    }
}
