<?php
// `php tarifs.php make N` writes a getTarifs answer of N tariffs; `php tarifs.php time FILE SECONDS` times unserialize() on
// one and prints the version of PHP, the median and the best time in seconds.
if ($argv[1] === 'make') {
    $tariffs = [];
    for ($number = 0; $number < (int) $argv[2]; $number++) {
        $months = $addons = $locations = [];
        foreach ([1, 3, 6, 12] as $count) {
            $months[] = ['months' => (string) $count, 'discount' => (string) ($count * 1.25),
                'allowForNewOrder' => '1', 'allowForRenew' => $count > 1 ? '1' : '0'];
        }
        for ($addon = 0; $addon < 8; $addon++) {
            $addons[] = ['id' => (string) ($addon + 100 * $number), 'name' => "Дополнительный IPv4-адрес $addon",
                'costMonthly' => sprintf('%.2f', $addon * 1.5), 'cntforoneorder' => '1', 'onlyifrenew' => '0'];
        }
        for ($location = 0; $location < 3; $location++) {
            $locations[] = ['id' => (string) $location, 'name' => "Амстердам $location", 'costMonthly' => '4.99'];
        }
        $tariffs[] = ['id' => (string) $number, 'vid' => 'vds', 'name' => "VDS SSD $number (Нидерланды)",
            'costMonthly' => '4.99', 'currency' => 'EUR', 'allowWithoutDomain' => '1', 'months' => $months,
            'addons' => $addons, 'locations' => $locations];
    }
    echo serialize(['status' => 'SUCCESS', 'tarifs' => $tariffs]);
    exit;
}
$body = file_get_contents($argv[2]);
$times = [];
$end = hrtime(true) + (int) $argv[3] * 1000000000;
do {
    $start = hrtime(true);
    $value = unserialize($body);
    $times[] = hrtime(true) - $start;
    if (count($value['tarifs']) < 1) exit(1);
    unset($value);
} while (hrtime(true) < $end);
sort($times);
printf("%s %.6f %.6f\n", PHP_VERSION, $times[intdiv(count($times), 2)] / 1e9, $times[0] / 1e9);
